// Accepting an invitation: the link names the person, who sets a password.

import { type FormEvent, useEffect, useState } from "react";
import { post } from "../../api/client";
import type { Session } from "../../api/types";
import { go, href } from "../../app/router";
import { ProblemBox } from "../../parts/problem";
import { Said } from "../../parts/said";
import { Time } from "../../parts/time";

const SHORTEST = 12;

interface Props {
  token: string;
  /** The page that opens once they are in. */
  next: string[];
  use: (session: Session) => void;
}

export default function Invitation({ token, next, use }: Props) {
  const [invitation, setInvitation] = useState<{ person: string; expires_at: string }>();
  const [problem, setProblem] = useState<unknown>();
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    document.title = "Invitation · Avert";
    post<{ person: string; expires_at: string }>("/v1/invitations/look", { token }).then(setInvitation, setProblem);
  }, [token]);

  const differs = again !== "" && again !== password;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const session = await post<Session>("/v1/invitations/accept", { token, password });
      // The token is worth nothing any more, and must not stay in the address.
      go(href(next));
      use(session);
    } catch (cause) {
      setProblem(cause);
      setBusy(false);
    }
  };

  return (
    <main className="gate">
      <div className="gate-card">
        <img src="/icon.svg" alt="" width="44" height="44" />
        <h1>Welcome to Avert</h1>
        {invitation !== undefined && (
          <form className="stack" onSubmit={submit}>
            <p>
              You are invited as{" "}
              <strong>
                <Said text={invitation.person} />
              </strong>
              . The invitation holds until <Time at={invitation.expires_at} />.
            </p>
            <input type="text" value={invitation.person} autoComplete="username" readOnly hidden />
            <label className="field">
              <span>Password, at least {SHORTEST} characters</span>
              <input
                type="password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
                autoComplete="new-password"
                minLength={SHORTEST}
                required
              />
            </label>
            <label className="field">
              <span>The same again</span>
              <input
                type="password"
                value={again}
                onChange={(event) => setAgain(event.target.value)}
                autoComplete="new-password"
                aria-invalid={differs}
                required
              />
            </label>
            {differs && <p role="status">The two are not the same.</p>}
            <button
              type="submit"
              className="button primary"
              disabled={busy || password.length < SHORTEST || again !== password}
            >
              {busy ? "Setting it…" : "Set the password and sign in"}
            </button>
          </form>
        )}
        {problem !== undefined && <ProblemBox problem={problem} />}
        {invitation === undefined && problem !== undefined && (
          <p>
            Ask an operator for another link, or <a href="#/">sign in</a>.
          </p>
        )}
      </div>
    </main>
  );
}
