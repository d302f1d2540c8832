"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { BRAND } from "@/brand";

const PAGES = [
  { href: "/", label: "Home" },
  { href: "/cars/", label: "Inventory" },
];

/** The brand and the way to every page. */
export function SiteHeader() {
  const here = usePathname();
  return (
    <header className="site-header">
      <div className="container">
        <Link href="/" className="brand" aria-label={`${BRAND}, home`}>
          <svg className="brand-mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d="M2 6h5l5 9.5L17 6h5l-8.2 14h-3.6Z" />
          </svg>
          <span>{BRAND}</span>
        </Link>
        <nav aria-label="Site">
          <ul>
            {PAGES.map(({ href, label }) => (
              <li key={href}>
                <Link href={href} aria-current={here === href ? "page" : undefined}>
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </div>
    </header>
  );
}
