import { Component, Suspense } from 'react'
import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { Header } from './Header.tsx'
import { Navigation } from './Navigation.tsx'
import { PastStrip } from './PastStrip.tsx'
import { Loading, Problem } from './Problem.tsx'

/** A failing page does not take the navigation with it. */
class Fence extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }
  static getDerivedStateFromError(error: Error) {
    return { error }
  }
  override render() {
    return this.state.error ? (
      <Problem error={this.state.error} className="m-6" retry={() => window.location.reload()} />
    ) : (
      this.props.children
    )
  }
}

/** What stands around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const [path] = useLocation()
  return (
    <div className="flex h-full flex-col">
      <a
        href="#page"
        className="sr-only focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-50 focus:bg-surface focus:px-3 focus:py-2"
      >
        Skip to the page
      </a>
      <Header />
      <PastStrip />
      <div className="flex min-h-0 flex-1">
        <Navigation />
        <main id="page" tabIndex={-1} className="min-w-0 flex-1 overflow-y-auto outline-none">
          <Fence key={path}>
            <Suspense fallback={<Loading className="m-6 h-[60vh]" />}>{children}</Suspense>
          </Fence>
        </main>
      </div>
    </div>
  )
}
