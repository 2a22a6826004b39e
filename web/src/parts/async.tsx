// What is shown while something is read, when it cannot be read, and once it is there.

import type { ReactNode } from "react";
import type { Answer } from "../api/cache";
import { ProblemBox } from "./problem";

interface Props<T> {
  answer: Answer<T>;
  children: (data: T) => ReactNode;
}

export function Loaded<T>({ answer, children }: Props<T>) {
  if (answer.data === undefined) {
    return answer.problem === undefined ? (
      <p className="muted loading" role="status">
        Reading…
      </p>
    ) : (
      <ProblemBox problem={answer.problem} />
    );
  }
  return (
    <>
      {answer.problem !== undefined && (
        <div className="stale" role="status">
          What you see may be old: {answer.problem.message}.
        </div>
      )}
      {children(answer.data)}
    </>
  );
}
