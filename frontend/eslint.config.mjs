import next from "eslint-config-next/core-web-vitals";
import { defineConfig, globalIgnores } from "eslint/config";
import jsxA11y from "eslint-plugin-jsx-a11y";
import typescript from "typescript-eslint";

export default defineConfig([
  globalIgnores([".next", "out", "next-env.d.ts", "test-results", "playwright-report"]),
  ...next,
  { rules: jsxA11y.flatConfigs.strict.rules },
  ...typescript.configs.strictTypeChecked,
  ...typescript.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["eslint.config.mjs"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "max-lines": ["error", { max: 400 }],
      complexity: ["error", 12],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["eslint.config.mjs"],
    extends: [typescript.configs.disableTypeChecked],
  },
]);
