import { Chip } from '../../components/Badge.tsx'
import { day } from '../../format.ts'

/** Marks an initiative that was added lately, with the day; nothing where there is none. */
export const NewMark = ({ since }: { since: string | null }) =>
  since && (
    <span title={`Added on ${day(since)}`}>
      <Chip tone="accent">New</Chip>
    </span>
  )
