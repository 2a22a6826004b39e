// Deciding to look into findings: they become a case.

import { useState } from "react";
import { useSession } from "../../app/session";
import { Confirm } from "../../parts/confirm";
import { count, quoted, tlp as tlpWords } from "../../parts/words";

const TLP = ["clear", "green", "amber", "amber-strict", "red"];

interface Props {
  findings: string[];
  onClose: () => void;
  open: (body: { findings: string[]; title?: string; tlp: string }) => Promise<void>;
}

export function OpenCase({ findings, onClose, open }: Props) {
  const { person } = useSession();
  const [title, setTitle] = useState("");
  const [tlp, setTlp] = useState("amber");
  const name = title.trim();
  const command = [
    `avert --as ${person.name} case open`,
    ...findings.map((id) => `--from ${id}`),
    ...(name === "" ? [] : [`--title ${quoted(name)}`]),
    `--tlp ${tlp}`,
  ].join(" ");
  return (
    <Confirm
      title="Open a case"
      verb="Open the case"
      command={command}
      act={() => open({ findings, tlp, ...(name === "" ? {} : { title: name }) })}
      onClose={onClose}
    >
      <p>
        From {count(findings.length, "finding")}. Opening a case acts on nobody: it is where plans, notes and decisions
        are kept.
      </p>
      <label className="field">
        <span>Title (may be left empty)</span>
        <input value={title} onChange={(event) => setTitle(event.target.value)} />
      </label>
      <label className="field">
        <span>Who may see it (Traffic Light Protocol)</span>
        <select value={tlp} onChange={(event) => setTlp(event.target.value)}>
          {TLP.map((word) => (
            <option key={word} value={word}>
              {tlpWords(word)}
            </option>
          ))}
        </select>
      </label>
    </Confirm>
  );
}
