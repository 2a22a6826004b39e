// What somebody calls themselves who wants whoever looks at them to be harmed or fooled.

import { appeal, type Folder } from "./avert";

export const HOSTILE = {
  markup: `<img src=x onerror="window.harmed=1;alert('harmed')"><script>window.harmed=1</script>`,
  attribute: `"'><svg onload=window.harmed=1> javascript:window.harmed=1 {{7*7}} \${7*7}`,
  /** Read from right to left it ends in another way than it does. */
  reordered: "invoice\u202Egnp.exe \u2066hidden\u2069 \u200Bzero\u200Bwidth\u200B",
  long: `W${"W\u0301\u0302\u0303\u0304\u0305".repeat(1_990)}${"W".repeat(60)}`,
  rightToLeft: "محمد الأمين — مهندس برمجيات",
} as const;

/** An id that is markup too: without what separates columns, it survives every export. */
const ID_PREFIX = "<img/src=x/onerror=harmed=1>";

const FIELDS = ["handle", "name", "about", "job", "location"];
const FILES = [
  "accounts.csv",
  "contacts.csv",
  "messages.jsonl",
  "visits.csv",
  "shares.csv",
  "posts.csv",
  "platform.jsonl",
];

/** Has the planted accounts of a simulated platform call themselves so, before anything is read. */
export function renameAccounts(folder: Folder): void {
  const planted = rows(folder.read("truth.csv")).filter(([, kind]) => kind === "persona");
  const words = Object.values(HOSTILE);
  const called = new Map(planted.map(([account = ""], place) => [account, words[place % words.length] ?? ""]));

  const accounts = rows(folder.read("accounts.csv"));
  const [head = []] = accounts;
  for (const row of accounts) {
    const name = called.get(row[0] ?? "");
    for (const field of name === undefined ? [] : FIELDS) {
      row[head.indexOf(field)] = name ?? "";
    }
  }
  folder.write("accounts.csv", accounts.map(written).join(""));

  // What they wrote to everybody they wanted to know: the words that they share are evidence, and shown.
  const contacts = rows(folder.read("contacts.csv"));
  const note = contacts[0]?.indexOf("note") ?? 0;
  for (const row of contacts) {
    if (called.has(row[1] ?? "") && row[2] === "request") {
      row[note] = `${HOSTILE.markup} we met at the conference on water and energy`;
    }
  }
  folder.write("contacts.csv", contacts.map(written).join(""));

  const profiles = folder.read("platform.jsonl").trimEnd().split("\n");
  const renamed = profiles.map((line) => {
    const profile = JSON.parse(line) as { account: string; display_name: string };
    return JSON.stringify({ ...profile, display_name: called.get(profile.account) ?? profile.display_name });
  });
  folder.write("platform.jsonl", `${renamed.join("\n")}\n`);

  // One of them has an id that is markup.
  const [first = ""] = called.keys();
  for (const file of FILES) {
    folder.write(file, folder.read(file).replaceAll(first, `${ID_PREFIX}${first}`));
  }
}

/** And people who are fooled write it down, or a help desk hands it in. */
export async function writeHostileWords(folder: Folder): Promise<void> {
  await folder.run("--as", "ines", "case", "note", "case-1", `@omar ${HOSTILE.markup} ${HOSTILE.reordered}`);
  const { steps } = await folder.json<{ steps: { account: string; phase: string }[] }>("takedown", "show", "tp-1");
  const account = steps.filter((step) => step.phase === "done").at(-1)?.account ?? "";
  const said = `${HOSTILE.markup}\n${HOSTILE.rightToLeft}\n${HOSTILE.long}`;
  await appeal(folder, account, HOSTILE.attribute.slice(0, 60), said);
}

function rows(text: string): string[][] {
  const lines = text.match(/(?:"(?:[^"]|"")*"|[^"\n])*\n/g) ?? [];
  return lines.map((line) => {
    const cells = line.slice(0, -1).match(/(?:^|,)(?:"(?:[^"]|"")*"|[^,]*)/g) ?? [];
    return cells.map((cell, place) => {
      const text = place === 0 ? cell : cell.slice(1);
      return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
    });
  });
}

function written(row: string[]): string {
  const cells = row.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${cells.join(",")}\n`;
}
