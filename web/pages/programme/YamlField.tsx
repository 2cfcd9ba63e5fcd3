/** A text of YAML with what is wrong with it, by line. */
export function YamlField({
  text,
  onChange,
  problems,
}: {
  text: string
  onChange: (text: string) => void
  problems: readonly { place: string; line: number | null; message: string }[]
}) {
  return (
    <div>
      <textarea
        aria-label="YAML"
        value={text}
        spellCheck={false}
        rows={Math.min(30, Math.max(14, text.split('\n').length + 1))}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={problems.length > 0}
        className="block w-full rounded-md border border-line-strong bg-surface p-3 font-mono text-xs leading-5 aria-invalid:border-worse"
      />
      <ProblemList problems={problems} />
    </div>
  )
}

/** What is wrong with a definition, each with its line and place. */
export function ProblemList({ problems }: { problems: readonly { place: string; line: number | null; message: string }[] }) {
  if (problems.length === 0) return null
  return (
    <ul aria-label="What is wrong" className="mt-2 flex flex-col gap-1 text-sm text-worse">
      {problems.map(({ place, line, message }) => (
        <li key={`${place} ${line} ${message}`}>
          {line !== null && <span className="num font-medium">Line {line}: </span>}
          {place && <code className="text-xs">{place}</code>} {message}
        </li>
      ))}
    </ul>
  )
}
