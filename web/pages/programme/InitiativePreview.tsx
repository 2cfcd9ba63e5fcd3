import type { ReactNode } from 'react'
import type { Point } from '../../api.ts'
import { Card } from '../../components/Card.tsx'
import { ScoreTrend } from '../../components/ScoreTrend.tsx'
import { score } from '../../format.ts'

const writePercent = (value: number): string => `${score(value)} %`

/** The score that an initiative would have had; nothing is saved. `answer` null: there is none, and `children` say why. */
export function InitiativePreview({
  answer,
  waiting,
  children,
}: {
  answer: { value: number | null; target: number | null; history: readonly Point[] } | null
  waiting: boolean
  children: ReactNode
}) {
  return (
    <Card
      title="Preview"
      note="nothing is saved"
      className="col-span-12 xl:sticky xl:top-4 xl:col-span-5"
      aside={<output className="text-xs text-ink-3">{waiting ? 'Asking …' : ''}</output>}
    >
      <div className={`flex flex-col gap-3 ${waiting ? 'opacity-60' : ''}`}>
        {answer && (
          <>
            <p>
              <span className="num text-3xl font-semibold">{answer.value === null ? '–' : writePercent(answer.value)}</span>{' '}
              <span className="text-ink-2">now, higher is better</span>
            </p>
            {answer.history.length > 0 && (
              <ScoreTrend title="Score" points={answer.history} target={answer.target} write={writePercent} height={220} brush={false} />
            )}
          </>
        )}
        {children}
      </div>
    </Card>
  )
}
