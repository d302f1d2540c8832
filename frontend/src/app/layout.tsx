import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { BRAND } from "@/brand";
import { SiteHeader } from "@/components/site-header";
import "@/styles/index.css";

export const metadata: Metadata = {
  title: { default: BRAND, template: `%s · ${BRAND}` },
  description: "Find your next car: an inventory that is always up to date.",
};

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f6f5f2" },
    { media: "(prefers-color-scheme: dark)", color: "#111414" },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <a className="skip-link" href="#main">
          Skip to the content
        </a>
        <SiteHeader />
        <main id="main" className="container">
          {children}
        </main>
        <footer className="site-footer">
          <div className="container">
            <p>{BRAND}</p>
            <p>Prices in US dollars. Availability changes by the minute.</p>
          </div>
        </footer>
      </body>
    </html>
  );
}
