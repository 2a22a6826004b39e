// Who are you? Nothing else is said to somebody who has not answered.

import { type FormEvent, useEffect, useRef, useState } from "react";
import { forgetAll } from "../../api/cache";
import type { Session } from "../../api/types";
import { signIn } from "../../app/session";
import { ProblemBox } from "../../parts/problem";

interface Props {
  session: Session | undefined;
  problem: unknown;
  use: (session: Session) => void;
}

export function SignIn({ session, problem, use }: Props) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const field = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = "Sign in · Avert";
  }, []);
  const isKnown = session !== undefined;
  useEffect(() => {
    if (isKnown) {
      field.current?.focus();
    }
  }, [isKnown]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    try {
      const next = await signIn(name.trim(), password);
      forgetAll();
      use(next);
    } catch (cause) {
      setRefused(cause);
      setBusy(false);
      setPassword("");
    }
  };

  return (
    <main className="gate">
      <div className="gate-card">
        <img src="/icon.svg" alt="" width="44" height="44" />
        <h1>Avert</h1>
        <p className="muted">Find the operation, take it down, warn everyone it touched.</p>
        {session === undefined && problem === undefined && <p role="status">Reading…</p>}
        {session === undefined && problem !== undefined && <ProblemBox problem={problem} />}
        {session?.sign_in.password && (
          <form className="stack" onSubmit={submit}>
            <label className="field">
              <span>Name</span>
              <input
                ref={field}
                value={name}
                onChange={(event) => setName(event.target.value)}
                autoComplete="username"
                autoCapitalize="off"
                spellCheck={false}
                required
              />
            </label>
            <label className="field">
              <span>Password</span>
              <input
                type="password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
                autoComplete="current-password"
                required
              />
            </label>
            {refused !== undefined && <ProblemBox problem={refused} />}
            <button type="submit" className="button primary" disabled={busy}>
              {busy ? "Signing in…" : "Sign in"}
            </button>
          </form>
        )}
        {session?.sign_in.oidc && (
          <a className="button" href="/v1/oidc/start">
            Sign in with {session.sign_in.oidc}
          </a>
        )}
        {session?.sign_in.password && (
          <p className="small muted">
            No password yet? An operator invites you: the link sets it. The first one is printed where{" "}
            <code>avert serve</code> was started.
          </p>
        )}
      </div>
    </main>
  );
}
