/**
 * Serves the exported site as the CDN will: with its headers, `/api` forwarded to the service, and
 * the page for what is not there. Usage: `node tools/preview.mjs`, with PORT and API_URL.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { extname, join, normalize } from "node:path";

/** @typedef {import("node:http").IncomingMessage} IncomingMessage */
/** @typedef {import("node:http").ServerResponse} ServerResponse */
/** @typedef {{ root: string, api: string, headers: Record<string, string> }} Site */

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

/**
 * Starts to serve; `port` 0 takes a free one.
 *
 * @param {{ api: string, port: number }} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function startPreview({ api, port }) {
  const home = join(import.meta.dirname, "..");
  /** @type {unknown} */
  const parsed = JSON.parse(await readFile(join(home, "headers.json"), "utf8"));
  const headers = /** @type {Record<string, string>} */ (parsed);
  const site = { root: join(home, "out"), api, headers };
  const server = createServer((incoming, outgoing) => {
    if (incoming.url?.startsWith("/api/")) forward(site, incoming, outgoing);
    else void serve(site, incoming, outgoing);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/**
 * @param {Site} site
 * @param {IncomingMessage} incoming
 * @param {ServerResponse} outgoing
 */
async function serve(site, incoming, outgoing) {
  const { pathname } = new URL(incoming.url ?? "/", "http://localhost");
  const path = normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname);
  const found = await read(join(site.root, path));
  const body = found ?? (await read(join(site.root, "404.html"))) ?? "";
  const type = found === null ? ".html" : extname(path);
  outgoing.writeHead(found === null ? 404 : 200, {
    ...site.headers,
    // What has a hash in its name never changes; a page may be another with every build.
    "cache-control": path.startsWith("/_next/static/")
      ? "public, max-age=31536000, immutable"
      : "no-cache",
    "content-type": TYPES[type] ?? "application/octet-stream",
  });
  outgoing.end(body);
}

/**
 * @param {string} path
 * @returns {Promise<Buffer | null>}
 */
async function read(path) {
  return readFile(path).catch(() => null);
}

/**
 * @param {Site} site
 * @param {IncomingMessage} incoming
 * @param {ServerResponse} outgoing
 */
function forward(site, incoming, outgoing) {
  const { method, headers, url } = incoming;
  const onward = request(new URL(url ?? "/", site.api), { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => {
    if (!outgoing.headersSent) outgoing.writeHead(502);
    outgoing.end();
  });
  incoming.pipe(onward);
}

if (process.argv[1] === import.meta.filename) {
  const api = process.env.API_URL ?? "http://127.0.0.1:3001";
  const { url } = await startPreview({ api, port: Number(process.env.PORT ?? 3000) });
  console.log(`the site: ${url}/\nits API:  ${api}/api/cars`);
}
