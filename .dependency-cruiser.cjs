const ROOMS = require('./.ci/rooms.cjs');

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Files that import each other can only be understood together.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'onnxruntime-without-telemetry',
      comment: 'Import src/onnx/runtime/ort.ts instead of onnxruntime-node: it turns telemetry off before it loads.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/onnx/runtime/ort\\.ts$' },
      to: { path: 'onnxruntime-node' },
    },
    ...Object.entries(ROOMS).map(([room, { imports, library = false, support = true }]) => {
      const rooms = support ? ['support', ...imports] : imports;
      const open = [
        `^src/(${[room, ...rooms].join('|')})/`,
        ...(library ? ['^src/index\\.ts$', '^src/[a-z]+/index\\.ts$'] : []),
      ];
      return {
        name: `room-${room}`,
        comment: `${room} may import ${rooms.join(', ')}${library ? ', the public library' : ''} and nothing else of src.`,
        severity: 'error',
        from: { path: `^src/${room}/` },
        to: { path: '^src/', pathNot: open },
      };
    }),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/(report|export)/client/' },
  },
};
