/** What is wrong with one field of what was sent. */
export interface FieldError {
  field: string;
  message: string;
}

/** Why a request failed: problem details of RFC 9457, or what stands in for them. */
export interface Problem {
  /** The HTTP status; 0 where no answer came. */
  status: number;
  title: string;
  detail: string;
  errors: FieldError[];
  /** For how many seconds the server asks to be left alone. */
  retryAfter: number | null;
}

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

/** What a status means here. */
const TITLES: Record<number, string> = {
  400: "This list cannot be shown",
  401: "The access token was not accepted",
  403: "Changes are not possible",
  404: "There is no such car",
  412: "Somebody else changed this car",
  422: "This cannot be saved yet",
  429: "Too many requests",
  503: "The service is busy",
  504: "The service took too long",
};

/** Reads why the server refused. A gateway's HTML page and an empty body give a problem, too. */
export async function readProblem(response: Response): Promise<Problem> {
  const body = isProblem(response) ? ((await response.json().catch(() => null)) as unknown) : null;
  const fields = isRecord(body) ? body : {};
  return {
    status: response.status,
    title: readTitle(fields, response.status),
    detail: textOf(fields.detail) ?? `The server answered with status ${response.status}.`,
    errors: Array.isArray(fields.errors) ? fields.errors.flatMap(readFieldError) : [],
    retryAfter: readRetryAfter(response.headers.get("retry-after"), Date.now()),
  };
}

/** A complaint as a sentence: `min_price`, "must be a number" is "Min price must be a number." */
export function sentenceOf({ field, message }: FieldError): string {
  const words = `${field.replaceAll("_", " ")} ${message}`.trim();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}

/** No answer came: the network is down, or nothing listens. */
export function unreachable(): Problem {
  return {
    status: 0,
    title: "The service cannot be reached",
    detail: "Check your connection, then try again.",
    errors: [],
    retryAfter: null,
  };
}

/** An answer came that this program cannot read. */
export function unreadable(status: number): Problem {
  return {
    status,
    title: "The service gave an answer that makes no sense here",
    detail: "The site and the service may be of different versions. Reload the page.",
    errors: [],
    retryAfter: null,
  };
}

/** Why an operation failed; what is no failure of the service is thrown on. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  throw error;
}

/** Whether the same request may succeed a little later. */
export function isTransient(problem: Problem): boolean {
  return problem.status === 0 || problem.status === 429 || problem.status >= 500;
}

/** `Retry-After` in seconds, from either of its two forms. */
export function readRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - now) / 1000));
}

/** A problem of no type of its own has the status in words as its title: ours say more. */
function readTitle({ type, title }: Record<string, unknown>, status: number): string {
  const own = type === undefined || type === "about:blank" ? TITLES[status] : undefined;
  return own ?? textOf(title) ?? TITLES[status] ?? "The request failed";
}

function isProblem(response: Response): boolean {
  return /^application\/(?:problem\+)?json\b/.test(response.headers.get("content-type") ?? "");
}

function readFieldError(value: unknown): FieldError[] {
  if (!isRecord(value)) return [];
  const { field, message } = value;
  return typeof field === "string" && typeof message === "string" ? [{ field, message }] : [];
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
