import next from "@next/eslint-plugin-next";
import { defineConfig, globalIgnores } from "eslint/config";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import typescript from "typescript-eslint";

export default defineConfig([
  globalIgnores([".next", "out", "next-env.d.ts", "test-results", "playwright-report"]),
  next.configs["core-web-vitals"],
  { files: ["src/**"], extends: [reactHooks.configs.flat["recommended-latest"]] },
  jsxA11y.flatConfigs.strict,
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
