using System.Runtime.Versioning;

// The executable is run as a process of a Unix system, with its signals and file modes.
[assembly: UnsupportedOSPlatform("windows")]
