/**
 * Gives every exported page a Content-Security-Policy that allows its own inline scripts, by their
 * hashes, and no others. It stands in the page, because the hashes change with every build: in a
 * header they would be wrong for the pages that a cache still holds, or for those that are new.
 * What does not depend on the build is in `headers.json`, for whoever serves the site to send.
 */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const INLINE_SCRIPT = /<script(?<attributes>(?![^>]*\ssrc=)[^>]*)>(?<text>.*?)<\/script>/gs;
const CHARSET = '<head><meta charSet="utf-8"/>';
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
 * What the policies would block in a page, in words.
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
 * A page with the policy for its scripts before the first of them.
 *
 * @param {string} html
 * @returns {string}
 */
export function withPolicy(html) {
  const policy = ["script-src 'self'", ...new Set(scriptHashes(html))].join(" ");
  const [before, after] = html.split(CHARSET);
  if (after === undefined) throw new Error("a page does not begin with its character set");
  return `${before}${CHARSET}<meta http-equiv="Content-Security-Policy" content="${policy}"/>${after}`;
}

async function main() {
  const out = join(import.meta.dirname, "..", "out");
  const names = await readdir(out, { recursive: true });
  for (const name of names.filter((name) => name.endsWith(".html"))) {
    const page = join(out, name);
    const html = await readFile(page, "utf8");
    const forbidden = forbiddenMarkup(html);
    if (forbidden.length > 0) throw new Error(`${name} holds ${forbidden.join(" and ")}`);
    await writeFile(page, withPolicy(html));
  }
}

if (process.argv[1] === import.meta.filename) await main();
