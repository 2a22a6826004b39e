// The program as its users run it: commands that are run, and a server that is started and stopped.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export const PASSWORD = "correct horse battery";

/** Everybody of the configuration that `avert simulate` writes. */
export const PEOPLE = ["otto", "ines", "omar", "nora", "rana"] as const;
export type Name = (typeof PEOPLE)[number];

function binary(): string {
  const named = process.env.AVERT_BINARY;
  if (named === undefined || !existsSync(named)) {
    throw new Error("AVERT_BINARY does not name the program: `cargo xtask check --only console` builds it and does");
  }
  return resolve(named);
}

const execute = promisify(execFile);

// Nobody's own configuration, colours or proxies.
const ENVIRONMENT = { PATH: "/usr/bin:/bin" };

/** A folder that Avert works in. */
export class Folder {
  readonly path: string;

  constructor(from?: Folder) {
    this.path = mkdtempSync(join(tmpdir(), "avert-console-"));
    if (from !== undefined) {
      cpSync(from.path, this.path, { recursive: true });
    }
  }

  /** Runs a command that goes well, and gives what it said. */
  async run(...words: string[]): Promise<string> {
    const ran = await execute(binary(), words, { cwd: this.path, env: ENVIRONMENT, maxBuffer: 64 << 20 });
    return ran.stdout;
  }

  async json<T>(...words: string[]): Promise<T> {
    return JSON.parse(await this.run("--format", "json", ...words)) as T;
  }

  read(file: string): string {
    return readFileSync(join(this.path, file), "utf8");
  }

  write(file: string, text: string, mode = 0o600): void {
    writeFileSync(join(this.path, file), text, { mode });
  }

  /** Changes a text of a file, which has to be there. */
  change(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from)) {
      throw new Error(`${file} does not say ${from}`);
    }
    this.write(file, text.replace(from, to));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A simulated platform with findings; `meddle` changes its exports before they are read. */
export async function platform(meddle: (folder: Folder) => void = () => {}): Promise<Folder> {
  const folder = new Folder();
  await folder.run("simulate", "--accounts", "2000", "--seed", "3", "--camouflage", "light", "--out", ".");
  meddle(folder);
  await folder.run("ingest", "mapping.toml");
  await folder.run("detect", "--out", "findings.json");
  return folder;
}

interface Listed {
  id: string;
  members: { account: string; proposed: boolean }[];
}

/** The findings that propose somebody. */
export async function proposing(folder: Folder): Promise<Listed[]> {
  const all = await folder.json<Listed[]>("finding", "list");
  return all.filter((one) => one.members.some((member) => member.proposed));
}

/** Opens a case on all of them by command. */
export async function openCase(folder: Folder, title = "Friendly strangers"): Promise<void> {
  const from = (await proposing(folder)).map((one) => one.id);
  await folder.run("--as", "ines", "case", "open", "--title", title, "--from", ...from);
}

/** Approves by command exactly what a plan or list says. */
export async function approve(folder: Folder, what: "takedown" | "notify", id: string): Promise<void> {
  const { digest } = await folder.json<{ digest: string }>(what, what === "takedown" ? "show" : "status", id);
  await folder.run("--as", "omar", what, "approve", id, "--digest", digest);
}

/** Drafts a takedown of the case and submits it. */
export async function submitted(folder: Folder, title?: string): Promise<void> {
  await openCase(folder, title);
  await folder.run("--as", "ines", "takedown", "plan", "case-1");
  await folder.run("--as", "ines", "takedown", "submit", "tp-1");
}

/** Takes the case down. */
export async function takenDown(folder: Folder, title?: string): Promise<void> {
  await submitted(folder, title);
  await approve(folder, "takedown", "tp-1");
  await folder.run("--as", "rana", "takedown", "execute", "tp-1", "--execute");
}

/** Takes in an appeal of an account against the takedown. */
export async function appeal(folder: Folder, account: string, reference: string, text: string): Promise<void> {
  folder.write("appeal.txt", text);
  const about = ["--account", account, "--reference", reference];
  await folder.run("--as", "rana", "appeal", "file", "tp-1", ...about, "--text-file", "appeal.txt");
}

/** A server, until it is stopped. */
export class Server {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** The first link, where nobody could sign in yet. */
    readonly link: Promise<string>,
  ) {}

  get port(): number {
    return Number(new URL(this.url).port);
  }

  static async start(folder: Folder, port = 0): Promise<Server> {
    const child = spawn(binary(), ["serve", "--listen", `127.0.0.1:${port}`], {
      cwd: folder.path,
      env: ENVIRONMENT,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said: string[] = [];
    let invite = (_: string) => {};
    const link = new Promise<string>((settle) => {
      invite = settle;
    });
    const url = await new Promise<string>((settle, refuse) => {
      createInterface({ input: child.stderr }).on("line", (line) => {
        said.push(line);
        const at = line.match(/^serving on (\S+)/)?.[1];
        if (at !== undefined) {
          settle(at);
        }
        const invitation = line.match(/\S+\/#\/invitation\/\S+/)?.[0];
        if (invitation !== undefined) {
          invite(invitation);
        }
      });
      child.once("error", refuse);
      child.once("exit", (code) => refuse(new Error(`avert serve ended with ${code}:\n${said.join("\n")}`)));
    });
    return new Server(child, url, link);
  }

  /** Asks it to end, or ends it where it stands. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return;
    }
    const gone = new Promise((settle) => this.child.once("exit", settle));
    this.child.kill(signal);
    await gone;
  }
}
