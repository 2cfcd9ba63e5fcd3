/**
 * A small trend without axes. Its scale spans its own values, at least `span` of the unit, so that noise does not look like a cliff.
 * Unknown values leave a gap. The words beside it say what it means, so it is hidden from screen readers unless `label` is given.
 */
export function Sparkline({
  values,
  span = 0.1,
  width = 88,
  height = 22,
  tone = 'same',
  label,
}: {
  values: readonly (number | null)[]
  span?: number
  width?: number
  height?: number
  tone?: 'better' | 'worse' | 'same'
  label?: string
}) {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return <span className="inline-block text-ink-3" style={{ width }} aria-hidden />
  const middle = (Math.min(...known) + Math.max(...known)) / 2
  const size = Math.max(Math.max(...known) - Math.min(...known), span)
  const x = (index: number) => 2 + (index / (values.length - 1)) * (width - 6)
  const y = (value: number) => height / 2 - ((value - middle) / size) * (height - 6)
  let pen = 'M'
  let path = ''
  for (const [index, value] of values.entries()) {
    if (value === null) {
      pen = 'M'
      continue
    }
    path += `${pen}${x(index).toFixed(1)} ${y(value).toFixed(1)}`
    pen = 'L'
  }
  const last = values.at(-1)
  const ink = { better: 'stroke-better fill-better', worse: 'stroke-worse fill-worse', same: 'stroke-accent fill-accent' }[tone]
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className={`inline-block shrink-0 align-middle ${ink}`}
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      <path d={path} fill="none" strokeWidth={1.5} strokeLinejoin="round" strokeLinecap="round" />
      {last !== null && last !== undefined && <circle cx={x(values.length - 1)} cy={y(last)} r={2} stroke="none" />}
    </svg>
  )
}
