import { Command, CommanderError } from 'commander'
import { mendable } from '../errors.ts'
import { packageVersion } from '../root.ts'
import type { CliCommand, Context } from './command.ts'

/** Every command: its name, and where it is. Only the one that is typed is loaded. */
const commands: Record<string, () => Promise<{ command: CliCommand }>> = {
  serve: () => import('./commands/serve.ts'),
  import: () => import('./commands/import.ts'),
  inspect: () => import('./commands/inspect.ts'),
  feeds: () => import('./commands/feeds.ts'),
  connect: () => import('./commands/connect.ts'),
  undo: () => import('./commands/undo.ts'),
  org: () => import('./commands/org.ts'),
  assets: () => import('./commands/assets.ts'),
  score: () => import('./commands/score.ts'),
  makeup: () => import('./commands/makeup.ts'),
  report: () => import('./commands/report.ts'),
  benchmark: () => import('./commands/benchmark.ts'),
  explain: () => import('./commands/explain.ts'),
  story: () => import('./commands/story.ts'),
  cohort: () => import('./commands/cohort.ts'),
  kpis: () => import('./commands/kpis.ts'),
  metrics: () => import('./commands/metrics.ts'),
  notify: () => import('./commands/notify.ts'),
  initiatives: () => import('./commands/initiatives.ts'),
  packs: () => import('./commands/packs.ts'),
  events: () => import('./commands/events.ts'),
  exceptions: () => import('./commands/exceptions.ts'),
  recommendations: () => import('./commands/recommendations.ts'),
  'secure-score': () => import('./commands/secure-score.ts'),
  remediation: () => import('./commands/remediation.ts'),
  inaccuracies: () => import('./commands/inaccuracies.ts'),
  export: () => import('./commands/export.ts'),
  verify: () => import('./commands/verify.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
  retention: () => import('./commands/retention.ts'),
  reread: () => import('./commands/reread.ts'),
  rebuild: () => import('./commands/rebuild.ts'),
  doctor: () => import('./commands/doctor.ts'),
  demo: () => import('./commands/demo.ts'),
}

/** Exit codes: done; the person can mend it; a bug. */
const EXIT = { done: 0, user: 2, bug: 70 } as const

const where = [
  { flags: '--data <folder>', summary: 'data folder (PLIMSOLL_DATA); default ./plimsoll-data' },
  { flags: '--database <url>', summary: 'postgres://… instead of the embedded database (PLIMSOLL_DATABASE)' },
]

async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('plimsoll')
    .description('Exposure insights: where we stand, which way it moves, exactly why, what next.')
    .version(packageVersion())
  program.exitOverride().configureOutput({ writeErr: (text) => process.stderr.write(text) })
  let code: number = EXIT.done
  const typed = argv[0] !== undefined && Object.hasOwn(commands, argv[0]) ? [argv[0]] : Object.keys(commands)
  for (const name of typed) {
    const { command } = await commands[name]!()
    const sub = program.command(command.usage ? `${name} ${command.usage}` : name).description(command.summary)
    for (const { flags, summary } of [...(command.options ?? []), ...where]) sub.option(flags, summary)
    if (command.examples?.length) sub.addHelpText('after', `\nExamples:\n${command.examples.map((example) => `  ${example}`).join('\n')}`)
    sub.action(async (...given: unknown[]) => {
      const options = given.at(-2) as Context['options']
      const words = given
        .slice(0, -2)
        .flat()
        .filter((word): word is string => typeof word === 'string')
      const context: Context = {
        words,
        options,
        terminal: process.stderr.isTTY === true,
        print: (line) => void process.stdout.write(`${line}\n`),
        tell: (line) => process.stderr.write(`${line}\n`),
      }
      code = (await command.run(context)) ?? EXIT.done
    })
  }
  if (argv.length === 0) {
    program.outputHelp()
    return EXIT.user
  }
  await program.parseAsync(argv, { from: 'user' })
  return code
}

function end(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.user
  const told = mendable(error)
  if (told) {
    process.stderr.write(`plimsoll: ${told.message} [${told.code}]\n`)
    return EXIT.user
  }
  process.stderr.write(
    `plimsoll: this is a bug. Please report it with these lines:\n${error instanceof Error ? error.stack : String(error)}\n`,
  )
  return EXIT.bug
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done) // the reader of our output has seen enough
  throw error
})
process.exitCode = await main(process.argv.slice(2)).catch(end)
