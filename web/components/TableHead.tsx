/** A column of a plain table: its title, or more. */
export type Head =
  | string
  | {
      title: string
      /** A number stands below it. */
      right?: boolean
      /** Read out, not shown. */
      hidden?: boolean
      className?: string
    }

/** The head of a plain table, one that is read without sorting or scrolling; others are a DataTable. */
export function TableHead({ heads }: { heads: readonly Head[] }) {
  return (
    <thead className="text-left text-xs text-ink-3">
      <tr>
        {heads
          .map((head) => (typeof head === 'string' ? { title: head } : head))
          .map(({ title, right, hidden, className = '' }) => (
            <th key={title} scope="col" className={`py-1.5 pr-3 font-medium last:pr-0 ${right ? 'text-right' : ''} ${className}`}>
              {hidden ? <span className="sr-only">{title}</span> : title}
            </th>
          ))}
      </tr>
    </thead>
  )
}
