// Talks to the server: JSON in and out, problems as `Problem`, and the token against forged requests on whatever
// changes something.

import type { ProblemBody } from "./types";

/** What the server refused or could not do, in words that it chose. */
export class Problem extends Error {
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(body.title);
    this.body = body;
  }

  get status(): number {
    return this.body.status;
  }
}

/** What large maps come as: columns rather than a row for each account. */
const COLUMNS = "application/octet-stream";
const MAP = `application/json, ${COLUMNS}`;

let csrf: string | null = null;
let whenSignedOut: () => void = () => {};

/** The token of the session, sent with every unsafe request. */
export function setCsrf(token: string | null): void {
  csrf = token;
}

/** What happens when the server no longer knows the session. */
export function onSignedOut(act: () => void): void {
  whenSignedOut = act;
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return request<T>("GET", path, undefined, signal);
}

export function post<T>(path: string, body: unknown = {}): Promise<T> {
  return request<T>("POST", path, body);
}

export function remove<T>(path: string, body?: unknown): Promise<T> {
  return request<T>("DELETE", path, body);
}

/** Text rather than JSON: a report. */
export async function getText(path: string): Promise<string> {
  const response = await send("GET", path, undefined, undefined, "*/*");
  return response.text();
}

async function request<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await send(method, path, body, signal, path.endsWith("/map") ? MAP : "application/json");
  if (response.status === 204) {
    return undefined as T;
  }
  if (response.headers.get("content-type")?.startsWith(COLUMNS)) {
    return (await response.arrayBuffer()) as T;
  }
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

async function send(
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
  accept: string,
): Promise<Response> {
  const headers: Record<string, string> = { accept };
  if (method !== "GET") {
    if (csrf !== null) {
      headers["x-avert-csrf"] = csrf;
    }
    if (body !== undefined) {
      headers["content-type"] = "application/json";
    }
  }
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: signal ?? null,
    });
  } catch (cause) {
    if (signal?.aborted) {
      throw cause;
    }
    throw new Problem({
      title: "the server does not answer",
      status: 0,
      hint:
        method === "GET"
          ? "this page asks again by itself once it is back"
          : "look at the journal before you try again: the request may have arrived",
    });
  }
  if (response.ok) {
    return response;
  }
  const problem = await problemOf(response);
  if (response.status === 401 && !path.startsWith("/v1/session")) {
    whenSignedOut();
  }
  throw problem;
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const body = (await response.json()) as Partial<ProblemBody>;
    if (typeof body.title === "string") {
      return new Problem({ ...body, title: body.title, status: response.status });
    }
  } catch {
    // Not a problem document: a proxy in between may answer in its own words, which are of no use to people.
  }
  return new Problem({ title: `the server answered ${response.status}`, status: response.status });
}
