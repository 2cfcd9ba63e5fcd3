import type { Finding } from '../api.ts'
import { day, word } from '../format.ts'
import { Chip } from './Badge.tsx'
import { To } from './To.tsx'

/** What covers a finding, as a link to the exception or statement; nothing where none does. */
export function ExceptionMark({ exception }: { exception: Finding['exception'] }) {
  if (!exception) return null
  if (exception.status !== null)
    return (
      <To
        page="/exceptions"
        change={{ open: String(exception.exception_id) }}
        className="shrink-0"
        title={`Statement ${exception.exception_id}, ${exception.moves_scores ? 'which leaves it out of the scores' : 'which only informs'}`}
      >
        <Chip {...(exception.moves_scores ? { tone: 'accent' as const } : {})}>Stated: {word(exception.status).toLowerCase()}</Chip>
      </To>
    )
  const until = exception.ends_at === null ? 'until somebody ends it' : `until ${day(exception.ends_at)}`
  return (
    <To
      page="/exceptions"
      change={{ open: String(exception.exception_id) }}
      className="shrink-0"
      title={`Exception ${exception.exception_id}: ${word(exception.justification)}, ${until}`}
    >
      <Chip tone="accent">Excepted</Chip>
    </To>
  )
}
