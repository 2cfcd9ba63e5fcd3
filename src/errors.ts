/**
 * Something the person can mend. `code` is for programs and is listed in docs/errors.md; the message is for people: it says
 * what is wrong, where, and what to do. The command line ends with exit code 2, the API answers with `status` (4xx).
 * Every other error is a bug and ends at one place per program with its stack (exit 70, HTTP 500).
 */
export class UserError extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'UserError'
    this.code = code
    this.status = options.status ?? 400
  }
}
