using System.Globalization;
using System.Runtime.InteropServices;
using Provenance.Testing.Sigstore;

// loopback-sigstore --out FOLDER [--port PORT] [--intermediate] [--subject URI]
// Runs a Sigstore instance on localhost until it is asked to end. FOLDER gets trusted_root.json, signing_config_*.json, a token
// of an hour, and in job.env the variables by which a build service gives its jobs theirs.
string folder = "";
var options = new LoopbackSigstoreOptions();
for (int i = 0; i < args.Length; i++)
{
    string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value");
    switch (args[i])
    {
        case "--out":
            folder = Value();
            break;
        case "--port":
            options = options with { Port = int.Parse(Value(), CultureInfo.InvariantCulture) };
            break;
        case "--intermediate":
            options = options with { HasIntermediate = true };
            break;
        case "--subject":
            options = options with { Subject = Value() };
            break;
        default:
            throw new ArgumentException($"unknown argument {args[i]}");
    }
}

folder = Directory.CreateDirectory(folder).FullName;
var ended = new TaskCompletionSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
await using var sigstore = await LoopbackSigstore.StartAsync(options);
Write("trusted_root.json", sigstore.TrustedRootJson);
Write("signing_config_rekor1.json", sigstore.SigningConfigJson(SigningConfigKind.RekorV1));
Write("signing_config_rekor1_tsa.json", sigstore.SigningConfigJson(SigningConfigKind.RekorV1AndTimestamp));
Write("signing_config_rekor2.json", sigstore.SigningConfigJson(SigningConfigKind.RekorV2));
Write("signing_config_tsaonly.json", sigstore.SigningConfigJson(SigningConfigKind.TimestampOnly));
Write("token", sigstore.IssueToken(change: claims => claims["exp"] = options.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds()));
Write("job.env", $"ACTIONS_ID_TOKEN_REQUEST_URL={sigstore.ActionsTokenUri}\nACTIONS_ID_TOKEN_REQUEST_TOKEN={sigstore.ActionsRequestToken}\n");
Console.WriteLine($"ready {sigstore.Uri}");
await ended.Task;

void Write(string name, string content) => File.WriteAllText(Path.Combine(folder, name), content);

void End(PosixSignalContext context)
{
    context.Cancel = true;
    ended.TrySetResult();
}
