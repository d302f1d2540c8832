/** Fails when the inventory makes the browser load more JavaScript than it may. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Compressed bytes of JavaScript that the inventory may load. */
export const BUDGET = 200_000;

const SCRIPT = /<script(?![^>]*\snomodule)[^>]*\ssrc="([^"]+)"/gi;

/**
 * The compressed size of every script that a page names. Browsers of today skip `nomodule`.
 *
 * @param {string} out
 * @param {string} page
 * @returns {Promise<{ path: string, bytes: number }[]>}
 */
export async function scriptSizes(out, page) {
  const html = await readFile(join(out, page), "utf8");
  const paths = [...new Set([...html.matchAll(SCRIPT)].map((match) => match[1] ?? ""))];
  return Promise.all(
    paths.map(async (path) => {
      const script = await readFile(join(out, path.replace(/\?.*$/, "")));
      return { path, bytes: gzipSync(script, { level: 9 }).length };
    }),
  );
}

async function main() {
  const sizes = await scriptSizes(join(import.meta.dirname, "..", "out"), "cars/index.html");
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, bytes } of sizes) console.log(`${String(bytes).padStart(8)}  ${path}`);
  console.log(`${String(total).padStart(8)}  of ${BUDGET} bytes allowed`);
  if (sizes.length === 0) throw new Error("the page names no script");
  if (total > BUDGET) throw new Error("the inventory loads more JavaScript than it may");
}

if (process.argv[1] === import.meta.filename) await main();
