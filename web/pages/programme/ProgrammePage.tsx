import { useAsk } from '../../api.ts'
import { Button, buttonLook } from '../../components/Button.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { counted, instant } from '../../format.ts'
import { Failure, useAct } from './form.tsx'
import { PacksPanel } from './PacksPanel.tsx'
import { SettingsLog, type Version } from './SettingsLog.tsx'
import { ThresholdsPanel } from './ThresholdsPanel.tsx'

/** What people set: content packs, thresholds of events, who set what, what was archived. */
export function ProgrammePage() {
  return (
    <Page
      title="Programme"
      name="Programme"
      line="Metrics and initiatives of your own, content packs, from where on a move is an event, and who set what."
      actions={
        <>
          <a href="/api/v1/packs/own.tar.gz" className={buttonLook('quiet')}>
            Export my own as a pack
          </a>
          <To page="/metrics/new" className={buttonLook('plain')}>
            New metric
          </To>
          <To page="/initiatives/new" className={buttonLook('plain')}>
            New initiative
          </To>
        </>
      }
    >
      <TabStrip
        label="Programme"
        tabs={[
          { id: 'packs', title: 'Content packs', content: <PacksPanel /> },
          { id: 'thresholds', title: 'Thresholds', content: <ThresholdsPanel /> },
          { id: 'log', title: 'Who set what', content: <Log /> },
          { id: 'archived', title: 'Archived', content: <Archived /> },
        ]}
      />
    </Page>
  )
}

function Log() {
  const { data, error, refetch } = useAsk('/api/v1/definitions/log')
  const { busy, failure, act } = useAct()
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-60" />
  const idle = data.items.filter((version) => version.idle)
  const end = ({ kind, id }: Version) => (
    <Button
      look="quiet"
      disabled={busy}
      aria-label={`End the ${kind} of ${id}`}
      onClick={() => void act('DELETE', '/api/v1/definitions', undefined, { kind, id, reason: 'Applied to nothing' })}
    >
      End
    </Button>
  )
  return (
    <>
      {idle.length > 0 && (
        <section aria-label="Applies to nothing" className="mb-4 rounded-lg bg-warn-soft px-4 py-2.5">
          <p className="text-sm text-warn">
            {counted(idle.length, 'setting')} about what is there no more: archived, or a framework that reports name otherwise now. Once
            that is back, they hold again.
          </p>
          <SettingsLog versions={idle} label="Applies to nothing" end={end} />
        </section>
      )}
      <Failure text={failure} />
      <SettingsLog versions={data.items} label="Who set what" />
    </>
  )
}

function Archived() {
  const { data, error, refetch } = useAsk('/api/v1/definitions/archived')
  const { busy, failure, act } = useAct()
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading className="h-60" />
  if (data.items.length === 0)
    return <Empty title="Nothing is archived">Metrics and initiatives of your own that you archive stay here, with their text.</Empty>
  return (
    <>
      <ul className="flex flex-col divide-y divide-line text-sm">
        {data.items.map((one) => (
          <li key={`${one.kind} ${one.id}`} className="flex flex-wrap items-center gap-3 py-2">
            <span className="min-w-0 flex-1">
              {one.title}
              <span className="num block text-xs text-ink-3">
                {one.kind} {one.id}, archived {instant(one.archived_at)}
                {one.ended_by && ` by ${one.ended_by}`}
                {one.end_reason && ` – ${one.end_reason}`}
              </span>
            </span>
            <Button
              disabled={busy}
              onClick={() =>
                void act('PUT', `/api/v1/${one.kind}s/${encodeURIComponent(one.id)}`, {
                  yaml: one.yaml,
                  reason: 'Brought back',
                  ...(one.kind === 'metric' ? { may_be_empty: true } : {}),
                })
              }
            >
              Bring back
            </Button>
          </li>
        ))}
      </ul>
      <Failure text={failure} />
    </>
  )
}
