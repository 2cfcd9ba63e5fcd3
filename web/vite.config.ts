import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The console, built into dist/web. While developing, the API of a running server is used: PLIMSOLL_PORT, default 4680. */
// oxlint-disable-next-line import/no-default-export -- Vite reads the default export
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    // ECharts is one lazy chunk of about 600 kB; everything else is far smaller
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
    // A data: font or image would need a wider content security policy
    assetsInlineLimit: 0,
  },
  server: { host: '127.0.0.1', proxy: { '/api': `http://127.0.0.1:${process.env['PLIMSOLL_PORT'] ?? '4680'}` } },
})
