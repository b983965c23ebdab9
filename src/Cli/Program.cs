using Provenance.Cli;
using Provenance.Cli.Commands;

return await CommandRunner.InvokeAsync(CommandLine.Create(args), args);
