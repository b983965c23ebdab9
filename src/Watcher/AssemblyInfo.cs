using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Provenance.Watcher.Tests")]
