import { ArrowRight, Bug, ChartNoAxesColumn, Gauge, ListChecks, Target, Wrench } from 'lucide-react'
import type { LucideIcon } from 'lucide-react'

const nouns: [LucideIcon, string, string][] = [
  [Bug, 'Finding', 'A report says: this asset has this vulnerability, or misses this control.'],
  [ChartNoAxesColumn, 'Metric', 'One question asked of every asset: exposed or not, and why.'],
  [Target, 'Initiative', 'Weighted metrics with a target, such as ransomware protection.'],
  [Gauge, 'Score', 'Where you stand today, and how it got there.'],
]
const fixes: [LucideIcon, string, string][] = [
  [Wrench, 'Fix', 'One update or setting closes many findings.'],
  [ListChecks, 'Recommendation', 'Fixes ranked by what the score would gain.'],
]

function Noun({ icon: Icon, name, text }: { icon: LucideIcon; name: string; text: string }) {
  return (
    <div className="h-full w-48 rounded-lg border border-line bg-surface p-3 text-left">
      <div className="flex items-center gap-2 text-sm font-semibold">
        <Icon size={16} className="text-accent-ink" aria-hidden />
        {name}
      </div>
      <p className="mt-1 text-xs text-ink-2">{text}</p>
    </div>
  )
}

function Row({ of }: { of: [LucideIcon, string, string][] }) {
  return (
    <div className="flex flex-wrap items-stretch justify-center gap-2">
      {of.map(([icon, name, text], index) => (
        <div key={name} className="flex items-center gap-2">
          {index > 0 && <ArrowRight size={16} className="text-ink-3" aria-label="leads to" />}
          <Noun icon={icon} name={name} text={text} />
        </div>
      ))}
    </div>
  )
}

/** The one picture that explains the nouns: finding → metric → initiative → score; a fix → recommendation. */
export function NounPicture() {
  return (
    <figure className="flex flex-col gap-3" aria-label="How the words belong together">
      <Row of={nouns} />
      <Row of={fixes} />
    </figure>
  )
}
