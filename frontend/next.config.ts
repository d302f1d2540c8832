import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER } from "next/constants";

const shared: NextConfig = {
  trailingSlash: true,
  reactStrictMode: true,
  poweredByHeader: false,
  devIndicators: false,
  // From the sources where `scripts/build-site.sh` builds: the same ones give the same files.
  generateBuildId: () => process.env.BUILD_ID ?? null,
};

/** Only the development server forwards `/api`; in the export, that is the CDN's task. */
const development: NextConfig = {
  ...shared,
  skipTrailingSlashRedirect: true,
  rewrites: () => {
    const api = process.env.API_URL ?? "http://127.0.0.1:3001";
    return Promise.resolve([{ source: "/api/:path*", destination: `${api}/api/:path*` }]);
  },
};

export default function config(phase: string): NextConfig {
  return phase === PHASE_DEVELOPMENT_SERVER ? development : { ...shared, output: "export" };
}
