/** What a build can be told by variables of the environment. */
interface ImportMetaEnv {
  /** Names of features that are switched off, divided by commas. */
  readonly VITE_DISABLED_FEATURES?: string;
  /** Where unexpected errors are reported. */
  readonly VITE_ERROR_REPORT_URL?: string;
}
