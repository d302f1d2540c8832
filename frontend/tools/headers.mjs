/**
 * Writes the response headers of the exported site, with a Content-Security-Policy that knows the
 * inline scripts of every page by their hashes. Whoever serves the site sends them with every file:
 * the preview server here, a response headers policy on CloudFront.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const INLINE_SCRIPT = /<script(?<attributes>(?![^>]*\ssrc=)[^>]*)>(?<text>.*?)<\/script>/gs;
const DATA_BLOCK = /type="application\/(?:ld\+)?json"/;
const STYLE = /<style[\s>]|<[a-z][^>]*\sstyle="/;
const HANDLER = /<[a-z][^>]*\son[a-z]+="/;

/**
 * The hashes of a page's inline scripts, as a policy names them.
 *
 * @param {string} html
 * @returns {string[]}
 */
export function scriptHashes(html) {
  return [...html.matchAll(INLINE_SCRIPT)]
    .map(({ groups }) => ({ attributes: groups?.attributes ?? "", text: groups?.text ?? "" }))
    .filter(({ attributes }) => !DATA_BLOCK.test(attributes))
    .map(({ text }) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
}

/**
 * What a policy without `unsafe-inline` would block in a page, in words.
 *
 * @param {string} html
 * @returns {string[]}
 */
export function forbiddenMarkup(html) {
  const markup = html.replaceAll(INLINE_SCRIPT, "");
  return [
    ...(STYLE.test(markup) ? ["an inline style"] : []),
    ...(HANDLER.test(markup) ? ["an inline event handler"] : []),
  ];
}

/**
 * @param {string[]} hashes
 * @returns {string}
 */
export function contentSecurityPolicy(hashes) {
  return [
    "default-src 'none'",
    `script-src 'self' ${[...new Set(hashes)].sort().join(" ")}`.trimEnd(),
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join("; ");
}

/**
 * @param {string} policy
 * @returns {Record<string, string>}
 */
export function responseHeaders(policy) {
  return {
    "content-security-policy": policy,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
  };
}

/**
 * Every page below a directory.
 *
 * @param {string} directory
 * @returns {Promise<string[]>}
 */
async function pages(directory) {
  const names = await readdir(directory, { recursive: true });
  return names.filter((name) => name.endsWith(".html")).map((name) => join(directory, name));
}

async function main() {
  const root = join(import.meta.dirname, "..");
  /** @type {string[]} */
  const hashes = [];
  for (const page of await pages(join(root, "out"))) {
    const html = await readFile(page, "utf8");
    const forbidden = forbiddenMarkup(html);
    if (forbidden.length > 0) throw new Error(`${page} holds ${forbidden.join(" and ")}`);
    hashes.push(...scriptHashes(html));
  }
  const headers = responseHeaders(contentSecurityPolicy(hashes));
  await writeFile(join(root, "headers.json"), `${JSON.stringify(headers, null, 2)}\n`);
}

if (process.argv[1] === import.meta.filename) await main();
