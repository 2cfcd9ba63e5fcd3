/**
 * Something the person can mend. `code` is for programs and is listed in docs/errors.md; the message is for people: it says
 * what is wrong, where, and what to do. The command line ends with exit code 2, the API answers with `status` (4xx).
 * Every other error is a bug and ends at one place per program with its stack (exit 70, HTTP 500).
 */
export class UserError extends Error {
  readonly code: string
  readonly status: number
  constructor(code: string, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(readable(message), { cause: options.cause })
    this.name = 'UserError'
    this.code = code
    this.status = options.status ?? 400
  }
}

/** Longest message, in characters: what is cut off is a file's own text. */
const LONGEST = 2000

/** A message often quotes the file that it is about: without what a terminal would obey, and not endless. */
function readable(message: string): string {
  // oxlint-disable-next-line no-control-regex -- that is what is taken out
  const plain = message.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)} …` : plain
}

/** What the system and the embedded database say when there is no room left. */
const FULL =
  /no space left on device|ENOSPC|EDQUOT|disk quota exceeded|file too large|max_temp_directory_size|could not (?:extend|write to) file/i

/** The UserError that an error of the system amounts to, wherever it was thrown; null when it is none that a person can mend. */
export function mendable(error: unknown): UserError | null {
  if (error instanceof UserError) return error
  if (!(error instanceof Error)) return null
  if (FULL.test(`${(error as { code?: unknown }).code} ${error.message}`))
    return new UserError(
      'disk_full',
      `there is no room left where the data is: ${error.message}. Nothing was changed; make room and try again`,
      {
        status: 507,
        cause: error,
      },
    )
  return null
}
