/** What a refused request says: RFC 9457 with the product's own members. */
export interface FieldProblem {
  field: string;
  pointer: string;
  code: string;
  message: string;
}

/** Something that a stage asks for and that is not there. */
export interface Unmet {
  key: string;
  kind: string;
  message: string;
  needed?: unknown;
  seen?: unknown;
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  errors?: FieldProblem[];
  unmet?: Unmet[];
  [extra: string]: unknown;
}

/** A request that the server refused, or that did not reach it (`code` is `offline`, `status` 0). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly body: ProblemBody;

  constructor(body: ProblemBody) {
    super(body.detail || body.title);
    this.name = "ApiProblem";
    this.status = body.status;
    this.code = body.code;
    this.body = body;
  }

  get errors(): FieldProblem[] {
    return this.body.errors ?? [];
  }

  get unmet(): Unmet[] {
    return this.body.unmet ?? [];
  }
}

export function isProblem(error: unknown): error is ApiProblem {
  return error instanceof ApiProblem;
}
