import { inputsOf } from './inputs.ts'
import { type Input, Judge, type Verdict } from './judge.ts'
import { findSeeds } from './seeds.ts'

/** What a worker is asked: input number so-and-so, or this very input. */
export type Question = { index: number } | { input: Omit<Input, 'bytes'> & { base64: string } }
/** Its answer; the first is that it is ready. */
export type Answer = { ready: true } | { verdict: Verdict; memory: number }

const [seed, real, format] = process.argv.slice(2)
const make = inputsOf(await findSeeds(real === 'real'), Number(seed), format || null)
const judge = new Judge()
const answer = (message: Answer) => process.send!(message)

// What fails after its own answer was given would otherwise be lost.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    answer({
      verdict: {
        format: null,
        code: null,
        problem: { kind: 'crash', signature: `crash outside of a promise: ${stack.split('\n')[0]}`, detail: stack },
      },
      memory: process.memoryUsage().rss,
    })
    process.exit(1)
  })
}
process.on('disconnect', () => void judge.close().then(() => process.exit(0)))
process.on('message', (question: Question) => {
  const input = 'index' in question ? make(question.index) : { ...question.input, bytes: Buffer.from(question.input.base64, 'base64') }
  void judge.judge(input).then((verdict) => answer({ verdict, memory: process.memoryUsage().rss }))
})
answer({ ready: true })
