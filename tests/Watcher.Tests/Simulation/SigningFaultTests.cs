using Provenance.Attestor.Signing;

namespace Provenance.Watcher.Tests.Simulation;

/// <summary>Faults of what the watcher signs with.</summary>
public sealed class SigningFaultTests
{
    public static TheoryData<string, bool, string?, int?> Faults => new()
    {
        { SigningServiceException.Unavailable, true, SimulatedSigning.Service, null },
        { SigningServiceException.Unavailable, true, SimulatedSigning.Service, 20 },
        { SigningServiceException.Unavailable, true, "another.example.com", null },
        { SigningServiceException.Refused, false, SimulatedSigning.Service, null },
        { SigningServiceException.BadAnswer, false, SimulatedSigning.Service, null },
        { SigningServiceException.NoIdentity, false, null, null },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Signing_away_10_minutes_loses_nothing_is_left_alone_and_drains_soon(string code, bool isTransient, string? service, int? retryAfter) => Scene.Play(scene =>
    {
        var signing = scene.Watcher.Signing;
        scene.Watcher.Start();
        scene.Pass(5);
        signing.Fault = new SigningServiceException(code, "no signature today", isTransient) { Service = service, RetryAfter = retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
        var began = scene.World.Now;
        for (int i = 0; i < 40; i++)
        {
            scene.Finished($"tr-{i}");
            scene.Pass(15);
        }

        for (int minute = 1; minute < 10; minute++)
        {
            signing.Attempts.Count(a => a >= began + TimeSpan.FromMinutes(minute) && a < began + TimeSpan.FromMinutes(minute + 1)).Should().BeLessThanOrEqualTo(10);
        }

        scene.Watcher.DeadLetters.Should().BeEmpty("the fault is not the runs'");
        scene.Watcher.Outbox.SigningServicesDown.Should().ContainSingle();
        signing.Fault = null;
        scene.Pass(90);
        Enumerable.Range(0, 40).Should().OnlyContain(i => scene.StatementsOf($"tr-{i}") == 1);
        scene.Watcher.Outbox.Depth.Should().Be(0);
        scene.Watcher.Outbox.SigningServicesDown.Should().BeEmpty();
        signing.Signatures.Should().Be(40);
    });

    [Fact]
    public void What_is_signed_already_is_stored_while_signing_is_away() => Scene.Play(scene =>
    {
        var signing = scene.Watcher.Signing;
        signing.Signed = () =>
        {
            signing.Fault = new SigningServiceException(SigningServiceException.Unavailable, "away", isTransient: true) { Service = SimulatedSigning.Service };
            scene.Registries.Set("registry-b.example.com", RegistryFault.Unavailable);
        };
        scene.Watcher.Start();
        scene.Pass(5);
        scene.Put(new SimulatedRun("tr-both") { Images = ["registry-a.example.com/sim/one", "registry-b.example.com/sim/two"] }, "True", isComplete: true);
        scene.Pass(10);
        scene.Finished("tr-late");
        scene.Pass(50);
        scene.StatementsOf("tr-both").Should().Be(1);
        scene.Watcher.Outbox.SigningServicesDown.Should().ContainSingle();

        scene.Registries.MendAll();
        scene.Pass(90);

        scene.StatementsOf("tr-both").Should().Be(2);
        scene.StatementsOf("tr-late").Should().Be(0);
        (signing.Signed, signing.Fault) = (null, null);
        scene.Pass(90);
        scene.StatementsOf("tr-late").Should().Be(1);
        signing.Signatures.Should().Be(2);
    });
}
