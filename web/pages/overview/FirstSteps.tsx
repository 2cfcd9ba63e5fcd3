import { Upload } from 'lucide-react'
import { buttonLook } from '../../components/Button.tsx'
import { NounPicture } from '../../components/NounPicture.tsx'
import { Page } from '../../components/Page.tsx'
import { To } from '../../components/To.tsx'

/** The overview before anything was imported: what the words mean, and how to begin. */
export function FirstSteps() {
  return (
    <Page title="Overview" name="Overview">
      <div className="flex flex-col items-center gap-6 rounded-lg border border-line bg-surface px-6 py-10 text-center">
        <div>
          <h2 className="text-lg font-semibold">Nothing imported yet</h2>
          <p className="mt-1 max-w-xl text-sm text-ink-2">
            Give Plimsoll the reports that your security tools already write. It finds out what they are, keeps when each fact was true, and
            shows where you stand and what to do next.
          </p>
        </div>
        <NounPicture />
        <div className="flex flex-col items-center gap-3">
          <To page="/sources" className={buttonLook('primary', 'h-9 px-4')}>
            <Upload size={15} aria-hidden />
            Import reports
          </To>
          <p className="text-sm text-ink-3">
            or on the command line:{' '}
            <code className="rounded bg-sunken px-1.5 py-0.5 font-mono text-xs text-ink-2">npx plimsoll import report.json</code>
          </p>
        </div>
      </div>
    </Page>
  )
}
