/** One command of the command line, as data: help texts and docs are made from it. */
export interface CliCommand {
  /** One line for `plimsoll --help`. */
  summary: string
  /** What stands after the name: '<file...>'. Empty when nothing. */
  usage?: string
  options?: CliOption[]
  /** Lines under the options in `--help`: examples that work as they stand. */
  examples?: string[]
  /** Returns the exit code; nothing means 0. */
  run(context: Context): Promise<number | void>
}

export interface CliOption {
  /** As commander writes it: '--observed-at <time>'. */
  flags: string
  summary: string
}

/** What a command gets: its words, its options by camel-cased name, and where it writes. */
export interface Context {
  words: string[]
  options: Record<string, string | boolean | undefined>
  /** Writes a line for the reader of the result. */
  print(line: string): void
  /** Writes a line for the person who waits: on standard error. */
  tell(line: string): void
  /** A person is watching: progress may be drawn over. */
  terminal: boolean
}

/** An option's text, or undefined when it was not given. */
export function textOption(context: Context, name: string): string | undefined {
  const value = context.options[name]
  return typeof value === 'string' ? value : undefined
}

/** The words of an option that takes several, or undefined when it was not given. */
export function listOption(context: Context, name: string): string[] | undefined {
  const given = context.options[name] as unknown
  return Array.isArray(given) ? (given as string[]) : undefined
}

/** Who says so: `--author`, else the account of this machine. */
export const accountName = (context: Context): string =>
  textOption(context, 'author') ?? process.env['USER'] ?? process.env['USERNAME'] ?? 'command line'

export const jsonOption: CliOption = { flags: '--json', summary: 'print JSON' }
export const orgOption: CliOption = { flags: '--org <slug>', summary: 'the organisation; default: the first that is not the demo' }
/** As of when, as known when, by whose rules. */
export const momentOptions: CliOption[] = [
  { flags: '--as-of <when>', summary: 'a day (2026-03-01) or an instant; default now' },
  { flags: '--known-at <when>', summary: 'answer from what was known then: a day, an instant or the number of an import; default: now' },
  { flags: '--rules <which>', summary: "now: today's definitions over all days (default); then: each day's own" },
]
