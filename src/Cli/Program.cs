using System.CommandLine;
using Provenance.Cli;
using Provenance.Cli.Commands;

var root = new RootCommand("Gives every artifact that a pipeline makes a signed, verifiable origin.")
{
    UpCommand.Create(),
    AttestCommand.Create(),
    AttestBlobCommand.Create(),
    SignBundleCommand.Create(),
    WatchCommand.Create(),
    StoreCommand.Create(),
    VerifyCommand.Create(),
    VerifyBundleCommand.Create(),
    BundleCommand.Create(),
    TrustCommand.Create(),
    LookupCommand.Create(),
    KeyCommand.Create(),
};
return await CommandRunner.InvokeAsync(root, args);
