import { isTransient, type Problem } from "@/api/problem";
import { Complaints } from "@/components/complaints";
import { Notice } from "@/components/notice";
import { AccessForm } from "./access-dialog";
import { sortErrors } from "./draft";

interface WriteProblemProps {
  problem: Problem;
  onDismiss: () => void;
}

/** Why a change was refused, and what to do so that it is not. Nothing typed is lost. */
export function WriteProblem({ problem, onDismiss }: WriteProblemProps) {
  const { others } = sortErrors(problem.errors);
  return (
    <Notice problem={problem}>
      <Complaints errors={others} />
      {isTransient(problem) && <p>{advice(problem)}</p>}
      {(problem.status === 401 || problem.status === 403) && (
        <AccessForm label="Use this token" onDone={onDismiss} />
      )}
    </Notice>
  );
}

/** A write that was turned away can be repeated; of one without an answer nobody knows. */
function advice({ status, retryAfter }: Problem): string {
  if (status !== 503 && status !== 429) {
    return "The change may have been made all the same: look at the list before you repeat it.";
  }
  if (retryAfter === null) return "Try again in a moment.";
  return `Try again in ${retryAfter} ${retryAfter === 1 ? "second" : "seconds"}.`;
}
