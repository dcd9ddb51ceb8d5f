/** What buttons, keys and dropped files can bring about. */
export interface Actions {
  /** Open the browser's file dialog. */
  pick(place: Place): void;
  openFiles(files: readonly File[], place: Place): Promise<void>;
  openExample(): Promise<void>;
  toggleMicrophone(): Promise<void>;
  useDefaultHead(): Promise<void>;
  /** Let the model hear the take's sound, to stand beside the clip that was opened. */
  compareWithModel(): Promise<void>;
  endComparison(): void;
  switchTheme(): void;
  help(): void;
}

/** What a file is opened as. */
export type Place = "main" | "other" | "head";
