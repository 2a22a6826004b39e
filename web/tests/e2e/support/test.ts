// What every test has: a data folder of its own, a server on it, and people who come in browsers of their own.

import {
  type APIRequestContext,
  type BrowserContext,
  test as base,
  expect,
  type Page,
  request,
} from "@playwright/test";
import { Folder, type Name, PASSWORD, PEOPLE, platform, Server } from "./avert";
import { HOSTILE, renameAccounts, writeHostileWords } from "./hostile";
import { fill } from "./pages";
import { showFromFolder } from "./unbuilt";

type State = Awaited<ReturnType<APIRequestContext["storageState"]>>;

/** A platform with findings on which everybody has a password, and a cookie for each of them. */
interface Ground {
  folder: Folder;
  sessions: Record<Name, State>;
}

interface Everybody {
  /** A folder in which everybody can sign in. */
  folder: Folder;
  /** A server on it. */
  server: Server;
  /** A page in a new browser context, on which nothing may go wrong unseen. */
  fresh: (state: State | undefined) => Promise<Page>;
  /** Somebody, signed in, in a browser context of their own. */
  person: (name: Name) => Promise<Page>;
  /** A browser in which nobody is signed in. */
  nobody: () => Promise<Page>;
}

interface Shared {
  /** A platform where nobody has signed in yet. */
  untouched: Folder;
  ground: Ground;
  /** The same with something on every page, and accounts that call themselves what does harm. */
  hostile: Ground & { server: Server };
}

export const test = base.extend<Everybody, Shared>({
  untouched: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      const folder = await platform();
      await use(folder);
      folder.remove();
    },
    { scope: "worker" },
  ],
  ground: [
    async ({ untouched }, use) => {
      const folder = new Folder(untouched);
      const sessions = await letEverybodyIn(folder);
      await use({ folder, sessions });
      folder.remove();
    },
    { scope: "worker" },
  ],
  hostile: [
    // biome-ignore lint/correctness/noEmptyPattern: as above
    async ({}, use) => {
      const folder = await platform(renameAccounts);
      await fill(folder, HOSTILE.markup);
      await writeHostileWords(folder);
      const sessions = await letEverybodyIn(folder);
      const server = await Server.start(folder);
      await use({ folder, sessions, server });
      await server.stop();
      folder.remove();
    },
    { scope: "worker" },
  ],
  folder: async ({ ground }, use) => {
    const folder = new Folder(ground.folder);
    await use(folder);
    folder.remove();
  },
  server: async ({ folder }, use) => {
    const server = await Server.start(folder);
    await use(server);
    await server.stop();
  },
  fresh: async ({ browser, contextOptions, server }, use) => {
    const contexts: BrowserContext[] = [];
    const mishaps: string[] = [];
    await use(async (storageState) => {
      const context = await browser.newContext({ ...contextOptions, baseURL: server.url, storageState });
      contexts.push(context);
      await showFromFolder(context);
      context.on("weberror", (error) => mishaps.push(String(error.error())));
      context.on("dialog", (dialog) => {
        mishaps.push(`a script asked: ${dialog.message()}`);
        void dialog.dismiss();
      });
      context.on("console", (message) => {
        if (/Content Security Policy/i.test(message.text())) {
          mishaps.push(message.text());
        }
      });
      return context.newPage();
    });
    await Promise.all(contexts.map((context) => context.close()));
    expect(mishaps).toEqual([]);
  },
  person: async ({ fresh, ground }, use) => {
    await use((name) => fresh(ground.sessions[name]));
  },
  nobody: async ({ fresh }, use) => {
    await use(() => fresh(undefined));
  },
});

/** Has everybody set a password, and keeps their cookies. Cookies know no ports, so they are good at every copy. */
async function letEverybodyIn(folder: Folder): Promise<Record<Name, State>> {
  const server = await Server.start(folder);
  const sessions = {} as Record<Name, State>;
  const accept = async (link: string, name: Name) => {
    const own = await request.newContext({ baseURL: server.url });
    const token = link.split("/").at(-1);
    const answer = await own.post("/v1/invitations/accept", { data: { token, password: PASSWORD } });
    expect(answer.status(), await answer.text()).toBe(200);
    sessions[name] = await own.storageState();
    return { own, csrf: ((await answer.json()) as { csrf: string }).csrf };
  };
  const { own: otto, csrf } = await accept(await server.link, "otto");
  for (const name of PEOPLE.filter((one) => one !== "otto")) {
    const made = await otto.post(`/v1/people/${name}/invitations`, { headers: { "x-avert-csrf": csrf } });
    expect(made.status(), await made.text()).toBe(201);
    const { own } = await accept(((await made.json()) as { link: string }).link, name);
    await own.dispose();
  }
  await otto.dispose();
  await server.stop();
  return sessions;
}

/** Tests that only look: all of them at one platform, whose accounts call themselves what does harm. */
export const testOfHostile = test.extend({
  folder: async ({ hostile }, use) => use(hostile.folder),
  server: async ({ hostile }, use) => use(hostile.server),
  person: async ({ fresh, hostile }, use) => use((name) => fresh(hostile.sessions[name])),
});

export { expect };
