// Who is signed in. Nothing but signing in is shown to anybody else.

import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { forgetAll } from "../api/cache";
import { get, onSignedOut, Problem, post, remove, setCsrf } from "../api/client";
import type { Person, Role, Session } from "../api/types";
import { dropDrafts } from "./drafts";

interface Held {
  session: Session;
  person: Person;
  signOut: () => Promise<void>;
  /** Reads the session again, as after a passkey was added. */
  refresh: () => Promise<void>;
}

const Context = createContext<Held | undefined>(undefined);

export function useSession(): Held {
  const held = useContext(Context);
  if (held === undefined) {
    throw new Error("a page was shown without a session");
  }
  return held;
}

export function useRole(role: Role): boolean {
  return useSession().person.roles.includes(role);
}

interface GateProps {
  children: ReactNode;
  /** What to show somebody who is not signed in. */
  signIn: (session: Session | undefined, problem: unknown, use: (session: Session) => void) => ReactNode;
}

const RETRY_MS = 3_000;

export function Gate({ children, signIn }: GateProps) {
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState<unknown>();

  const use = useCallback((next: Session) => {
    setCsrf(next.csrf);
    setProblem(undefined);
    if (next.person !== null) {
      dropDrafts(next.person.name);
    }
    setSession(next);
  }, []);

  const refresh = useCallback(async () => {
    use(await get<Session>("/v1/session"));
  }, [use]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () =>
      refresh().catch((cause) => {
        setProblem(cause);
        // A server that is starting is worth waiting for; one that refuses is not.
        if (cause instanceof Problem && (cause.status === 0 || cause.status >= 500)) {
          timer = setTimeout(ask, RETRY_MS);
        }
      });
    void ask();
    onSignedOut(() => {
      forgetAll();
      setSession((last) => (last === undefined ? last : { ...last, person: null, csrf: null }));
      void refresh().catch(() => {});
    });
    return () => clearTimeout(timer);
  }, [refresh]);

  const signOut = useCallback(async () => {
    try {
      await remove("/v1/session");
    } finally {
      // Even if the server did not answer, nothing that it said before stays on this screen.
      forgetAll();
      dropDrafts();
      setSession((last) => (last === undefined ? last : { ...last, person: null, csrf: null }));
    }
    await refresh();
  }, [refresh]);

  const held = useMemo(
    () => (session?.person ? { session, person: session.person, signOut, refresh } : undefined),
    [session, signOut, refresh],
  );
  if (held === undefined) {
    return signIn(session, problem, use);
  }
  return <Context value={held}>{children}</Context>;
}

export async function signIn(name: string, password: string): Promise<Session> {
  return post<Session>("/v1/session", { name, password });
}
