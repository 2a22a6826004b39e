// For whoever works on the console: with AVERT_CONSOLE naming a folder, the browser gets the console's files from there,
// and everything else from the server. The program need not be built anew for each change of the console.

import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import type { BrowserContext } from "@playwright/test";

const KINDS: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

export async function showFromFolder(context: BrowserContext): Promise<void> {
  const folder = process.env.AVERT_CONSOLE;
  if (folder === undefined) {
    return;
  }
  const isConsole = (url: URL) => /^\/($|assets\/|icon\.svg$|index\.html$)/.test(url.pathname);
  await context.route(isConsole, async (route) => {
    const { pathname, origin } = new URL(route.request().url());
    const file = join(folder, pathname === "/" ? "index.html" : pathname);
    if (!existsSync(file)) {
      await route.continue();
      return;
    }
    // With the headers of the server's own page: its content security policy is part of what is tested.
    const own = await route.fetch({ url: `${origin}/` });
    await route.fulfill({
      headers: { ...own.headers(), "content-type": KINDS[extname(file)] ?? "application/octet-stream" },
      body: readFileSync(file),
    });
  });
}
