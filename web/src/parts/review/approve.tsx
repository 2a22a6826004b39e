// A second person's yes, over exactly what was read: the digest says which version that is, and a passkey proves who
// said it.

import { useCallback, useEffect, useState } from "react";
import { put } from "../../api/cache";
import { post } from "../../api/client";
import { canUsePasskeys, type RequestOptionsJson, sign } from "../../api/passkey";
import type { Reviewed } from "../../api/types";
import { useSession } from "../../app/session";
import { Confirm } from "../confirm";
import { ProblemBox } from "../problem";

interface Options {
  challenge_id: string;
  publicKey: RequestOptionsJson;
  message: string;
}

interface Props {
  /** Where it is: /v1/takedowns/tp-1. */
  base: string;
  thing: Reviewed;
  /** What it would do, in a line. */
  children: React.ReactNode;
  onClose: () => void;
}

export function Approve({ base, thing, children, onClose }: Props) {
  const { session } = useSession();
  const wantsPasskey = session.signatures === "required";
  const [options, setOptions] = useState<Options>();
  const [problem, setProblem] = useState<unknown>();

  const ask = useCallback(async () => {
    setProblem(undefined);
    const answer = await post<Options>(`${base}/approve/options`, { digest: thing.digest });
    setOptions(answer);
    return answer;
  }, [base, thing.digest]);

  useEffect(() => {
    if (wantsPasskey) {
      ask().catch(setProblem);
    }
  }, [ask, wantsPasskey]);

  const approve = async () => {
    if (!wantsPasskey) {
      put(base, await post(`${base}/approve`, { digest: thing.digest }));
      return;
    }
    const { challenge_id, publicKey } = options ?? (await ask());
    // A challenge is good once: whatever comes of this one, the next try needs another.
    setOptions(undefined);
    const signed = await sign(challenge_id, publicKey);
    put(base, await post(`${base}/approve`, { digest: thing.digest, signed }));
  };

  return (
    <Confirm
      title={`Approve ${thing.id}`}
      verb={wantsPasskey ? "Sign and approve" : "Approve"}
      typed={thing.id}
      command={thing.commands.approve}
      blocked={wantsPasskey && !canUsePasskeys()}
      act={approve}
      onClose={onClose}
      wide
    >
      {children}
      <div>
        <p className="label">You approve exactly this version. Its digest:</p>
        <code className="digest">{thing.digest}</code>
      </div>
      {wantsPasskey ? (
        <>
          {!canUsePasskeys() && (
            <p className="note warn">
              This browser cannot use passkeys here: they need https, or localhost. The command line below does the same
              with an SSH key.
            </p>
          )}
          {problem !== undefined && <ProblemBox problem={problem} />}
          {options !== undefined && (
            <div>
              <p className="label">Your passkey signs this text:</p>
              <pre className="signed-text">{options.message}</pre>
            </div>
          )}
        </>
      ) : (
        <p className="note warn">
          This approval will be unsigned: it says your name, and nothing proves that it was you. Keys are asked for once
          avert.toml says so.
        </p>
      )}
    </Confirm>
  );
}
