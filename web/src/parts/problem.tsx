// What went wrong, where, whether anything changed, and what to do.

import { Fragment } from "react";
import { Problem } from "../api/client";
import type { ProblemBody } from "../api/types";
import { Command } from "./command";
import { Said } from "./said";
import { sentence } from "./words";

const CHANGED: Record<string, string> = {
  nothing: "Nothing was changed.",
  refused: "It was refused; nothing was changed.",
  "part-way": "It stopped part-way: some of it is done.",
};

export function ProblemBox({ problem, live = true }: { problem: ProblemBody | Problem | unknown; live?: boolean }) {
  const body = bodyOf(problem);
  return (
    <div className="problem" role={live ? "alert" : undefined}>
      <p className="problem-title">
        <Said text={sentence(body.title)} longest={600} />
      </p>
      {body.detail && body.detail !== body.title && (
        <p>
          <Said text={body.detail} block />
        </p>
      )}
      {body.changed && CHANGED[body.changed] && <p>{CHANGED[body.changed]}</p>}
      {body.hint && (
        <p>
          <WithCode text={sentence(body.hint)} />
        </p>
      )}
      {body.resume && <Command line={body.resume} label="Go on with" />}
      {body.code && <p className="muted small">{body.code}</p>}
    </div>
  );
}

/** Plain words in which `this` is code. */
export function WithCode({ text }: { text: string }) {
  const parts = text.split("`");
  return (
    <>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence have no other name, and never move
        <Fragment key={index}>
          {index % 2 === 1 ? (
            <code>
              <Said text={part} still />
            </code>
          ) : (
            <Said text={part} still longest={2_000} />
          )}
        </Fragment>
      ))}
    </>
  );
}

function bodyOf(problem: unknown): ProblemBody {
  if (problem instanceof Problem) {
    return problem.body;
  }
  if (problem instanceof Error) {
    return { title: problem.message, status: 0 };
  }
  return problem as ProblemBody;
}
