import type { ReactNode } from "react";
import type { Problem } from "@/api/problem";
import { Icon } from "./icon";

interface NoticeProps {
  problem: Problem;
  children?: ReactNode;
}

/** Why something failed, read out at once; below it, what can be done about it. */
export function Notice({ problem, children }: NoticeProps) {
  return (
    <section className="notice">
      <Icon name="warning" />
      <div className="notice-body">
        <div role="alert">
          <p className="notice-title">{problem.title}</p>
          {problem.detail !== problem.title && <p>{problem.detail}</p>}
        </div>
        {children}
      </div>
    </section>
  );
}
