import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  build: {
    target: 'es2023',
    // What is embedded is distributed, so its notices go along.
    license: { fileName: 'licenses.md' },
    // Monaco alone is megabytes; they come from where the API runs.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      output: {
        // What is ours stands apart, so that a change of it is a change of small files; what formats code loads when
        // it is first asked to.
        codeSplitting: {
          groups: [
            { name: 'prettier', test: /node_modules\/prettier/ },
            { name: 'graphiql', test: /node_modules/ },
          ],
        },
      },
      // "use client" speaks to server rendering, which there is none of.
      checks: { moduleLevelDirective: false },
    },
  },
  // What `npm run dev` shows talks to a `daypass dev` that runs beside it.
  server: { proxy: { '/graphql': 'http://127.0.0.1:8080' } },
});
