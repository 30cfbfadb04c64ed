// Commands do what they say, or nothing at all.
import StrataEngine
import StrataLab
import Testing

@Suite struct ExecutionTests {
  @Test func aLearnerIsMadeAsSoonAsOneFits() throws {
    var lab = try lab("data digits", "add dense 64 relu")
    #expect(!lab.experiment.isReady)
    let outcome = try lab.execute("add dense 10 softmax")
    #expect(lab.experiment.learner?.value(of: "loss") == "cross-entropy")
    #expect(outcome.notes.contains { $0.contains("learns by backprop") })
    // Layers first, data later: the same.
    let other = try self.lab("add dense 64 relu", "add dense 10 softmax", "data digits")
    #expect(fingerprint(other.experiment) == fingerprint(lab.experiment))
  }

  func lab(_ lines: String...) throws -> Lab {
    var lab = Lab()
    for line in lines { _ = try lab.execute(line) }
    return lab
  }

  @Test func aThresholdUnitLearnsByThePerceptronRule() throws {
    var lab = try lab("data or", "add dense 1 step")
    #expect(lab.experiment.learner.map { type(of: $0).keyword } == "perceptron")
    _ = try lab.execute("run until train accuracy == 1 or epoch > 100")
    _ = try lab.execute("expect train accuracy == 1")
  }

  @Test func changingTheStackKeepsOtherWeightsAndGoesOn() throws {
    var lab = try lab("data digits", "add dense 16 relu", "add dense 10 softmax", "set rate 0.2", "run 20")
    let first = lab.experiment.tensor(named: "W1")?.tensor
    let removed = try lab.execute("remove 2")
    #expect(removed.level == .warning)
    #expect(!lab.experiment.isReady)
    #expect(throws: StrataError.self) { try lab.execute("step") }
    let added = try lab.execute("add dense 10 softmax")
    #expect(added.notes.contains { $0.contains("goes on learning") })
    #expect(lab.experiment.tensor(named: "W1")?.tensor == first)
    #expect(lab.moment.step == 20)
    #expect(lab.experiment.learner?.value(of: "rate") == "0.2")
    let inserted = try lab.execute("insert 2 dense 12 tanh")
    #expect(inserted.notes.contains { $0.contains("layer 3 was made afresh") })
    #expect(lab.experiment.tensor(named: "W1")?.tensor == first)
    _ = try lab.execute("run 10")
    #expect(lab.moment.step == 30)
  }

  @Test func settingsSurviveANewLearner() throws {
    var lab = try lab("data digits", "add dense 10 softmax", "learn backprop --rate 0.3 --batch 50", "seed 9")
    #expect(lab.experiment.learner?.value(of: "rate") == "0.3")
    #expect(lab.experiment.learner?.value(of: "batch") == "50")
    _ = try lab.execute("new")
    #expect(lab.experiment.chosen.isEmpty)
    // Chosen before anything can learn.
    lab = try self.lab("set rate 0.4", "learn backprop --momentum 0.5", "add dense 10 softmax", "data digits")
    #expect(lab.experiment.learner?.value(of: "rate") == "0.4")
    #expect(lab.experiment.learner?.value(of: "momentum") == "0.5")
  }

  @Test func oneWeightCanBeSet() throws {
    var lab = try smallLab()
    let outcome = try lab.execute("set weight W1[1,3] 0.5")
    #expect(outcome.text.contains("is 0.5"))
    #expect(lab.experiment.tensor(named: "layer1.weight")?.tensor[1, 3] == 0.5)
    #expect(try lab.execute("print layer1.weight[1,3]")["layer1.weight[1,3]"] == 0.5)
  }

  @Test func aCommandThatThrowsLeavesEverythingAsItWas() throws {
    let lines = [
      "data nosuchdata", "data digits --noise 1", "data digits --test 5000", "data moons --samples 0",
      "data /nonexistent.csv", "data text", "data text /nonexistent.txt", "data reber --length 3",
      "data waves --bits 3",
      "generate", "generate 0", "generate 10", "generate x",
      "new now", "add", "add dense", "add dense ten", "add dense 10 softmax --nope 1", "add dropout 2",
      "add rnn", "add rnn 0", "add rnn 8 softmax", "add lstm 8 --forget maybe", "add gru 8 --truncate 0",
      "add gru 8 --steps",
      "add dense 8 --steps some", "add conv", "add conv 8", "add conv 8 3", "add conv 8 0x3", "add conv 8 99x99",
      "add conv 0 3x3",
      "add conv 8 3x3 softmax", "add conv 8 3x3 --stride 0", "add conv 8 3x3 --padding 3", "add conv 8 3x3 --init no",
      "add maxpool", "add maxpool 2", "add maxpool 99x1", "add l2pool x", "add avgpool 2x2x2", "add flatten 3",
      "insert 0 dense 3", "insert 99 dense 3", "insert 1", "remove 0", "remove 99", "remove", "change 9 dense 3",
      "change 1 nothing", "network x", "learn", "learn nothing", "learn perceptron", "learn descent",
      "learn backprop --rate x", "learn backprop --rate 0.5 --loss zero-one", "set nothing 1", "set rate -1",
      "set loss zero-one", "set weight", "set weight layer1.weight[9,9] 1", "set weight input[0,0] 1",
      "set weight layer1.weight[0,0] inf", "set memory 0", "set memory x", "seed", "seed -1", "minimize", "minimize x+",
      "minimize x^2 --start a", "minimize x^2 --start 1,2", "step 0", "step x", "next 0", "finish now", "run 0",
      "run x", "run 10 miles", "run until", "run until nothing", "run until loss <", "back 0", "back 99999", "back x",
      "goto", "goto -1", "goto 99999", "goto nowhere", "branches 1", "branch", "branch 0", "branch 99", "break",
      "break when", "break when nothing < 1", "break 0", "break 99", "watch", "watch nothing",
      "watch layer1.weight[99]",
      "watch layer1.bias --by x", "breaks 1", "delete", "delete 99", "show", "show nothing", "print nothing",
      "print layer1.weight[0,0,0]", "explain", "explain layer1.weight[0]", "explain nothing[0]", "check 99", "check x",
      "test 1", "ask", "ask What?", "ask What? --value nothing", "ask What? --value loss --after run", "hint",
      "hint Think.", "answer", "answer 3", "pause 1", "expect", "expect loss", "expect loss < -1", "help nothing",
      "quit now", "restore 0", "restore x", "restore list 1", "restore forget", "restore forget 0", "nonsense",
      "save", "save nothing", "save session", "save session /nonexistent/folder/x",
      "save weights /nonexistent/x.safetensors",
      "save tensor nothing x.npy", "save tensor W1 /nonexistent/x.npy", "save plot nothing x.svg",
      "save plot loss x.exe",
      "rbm", "rbm 0", "rbm x", "rbm 8 --visible nothing", "rbm 8 --labels maybe", "rbm 8 --on nosuchdata", "stack",
      "stack rbm 8", "stack nothing 8", "stack autoencoder 8", "autoencoder", "autoencoder 0", "autoencoder 8 nothing",
      "crbm", "crbm 0 3x3", "crbm 8", "crbm 8 3", "crbm 8 3x3", "crbm 8 3x3 --pool 0", "crbm 8 3x3 --pool x",
      "crbm 8 3x3 --visible nothing", "crbm 8 3x3 --on nosuchdata", "crbm 8 3x3 --on digits --pool 4",
      "stack crbm 8 3x3",
      "autoencoder 8 --denoise x", "autoencoder 8 --denoise 2",
      "autoencoder 8 --output relu --loss binary-cross-entropy",
      "autoencoder 8 tanh --sparse 1 --sparsity kl", "learn autoencoder", "pca 0", "pca x", "kmeans", "kmeans 0",
      "kmeans 9999",
      "sweep", "sweep rate", "sweep rate 0.1,", "sweep rate x", "sweep nothing 1", "sweep units 0",
      "sweep rate 0.1 rate 0.2", "sweep rate 0.1 0.2", "landscape nothing", "landscape --points 2",
      "landscape --samples 0", "landscape path --span 1", "landscape random --span 0",
      "sweep rate 0.1 --epochs 0", "rule", "rule if", "rule if x < 0 then a", "rule else nothing", "rule if y < 0 then",
      "rule if nothing then 1",
      "rules", "rules remove 1", "rules trace 99999", "rules nothing",
      "label", "label guess", "label guess --threshold 2", "label centres", "label given", "label guess each 0 epochs",
      "helmholtz", "helmholtz 0", "helmholtz x", "unroll", "unroll 3", "wake",
      "wake 1",
      "sleep", "sleep 1", "dream", "dream 1", "likelihood", "likelihood --runs 0", "run each", "run each 3 epochs",
      "learn cd 1", "learn cd 0", "learn backprop 3", "learn updown", "learn wakesleep", "learn exact",
      "mark", "mark 1", "mark a b", "timeline x", "compare", "compare 1", "compare 1 9", "compare nobody 1",
      "back until",
      "back until nothing", "back until loss < -1", "goto first", "goto first loss < -1", "goto mark nowhere",
      "goto command 0", "goto command 99", "branch 1 name", "branch 1 name 7", "branch 9 name x", "break 1 --skip x",
      "break when loss < 1 --twice", "watch W1 --skip -1", "delete branch", "delete branch 9", "delete branch 1",
      "delete mark nowhere",
      "export", "export nothing x", "export metrics", "export metrics x.txt", "export metrics -",
      "export metrics x.csv --branch 99", "export metrics x.csv --branch x", "export metrics /nonexistent/x.csv",
      "export network", "export network x.txt", "export network x.py now", "export network /nonexistent/x.py",
      "print train nothing", "print hidden",
      "load", "load weights", "load weights /nonexistent.safetensors", "load weights /dev/null", "load nothing x",
    ]
    var lab = try smallLab()
    for line in ["run 20", "set rate 0.2", "run 5", "back 10", "break when loss < 0", "next", "step 2"] {
      _ = try lab.execute(line)
    }
    let before = fingerprint(lab)
    for line in lines {
      #expect(throws: StrataError.self, "\(line)") { try lab.execute(line) }
      #expect(fingerprint(lab) == before, "\(line) left a trace")
    }
    for command in CommandTable.all where command.word != "say" {
      #expect(lines.contains { $0 == command.word || $0.hasPrefix(command.word + " ") }, "\(command.word) is not tried")
    }
  }

  @Test func lookingChangesNothing() throws {
    var lab = try smallLab()
    _ = try lab.execute("run 20")
    _ = try lab.execute("step 3")
    let before = fingerprint(lab.experiment)
    for line in [
      "data", "data list", "network", "set", "branches", "breaks", "show loss", "print", "print W1", "print W1[0,:]",
      "print loss", "explain layer1.output[0,0]", "check", "test", "help", "help run", "expect step > 0",
    ] {
      let outcome = try lab.execute(line)
      #expect(!outcome.text.isEmpty || outcome.request != nil, "\(line) says nothing")
      #expect(fingerprint(lab.experiment) == before, "\(line)")
    }
    // A run goes on as if nothing had been looked at.
    var other = try smallLab()
    _ = try other.execute("run 20")
    _ = try other.execute("step 3")
    _ = try other.execute("run 20")
    _ = try lab.execute("run 20")
    #expect(fingerprint(lab.experiment) == fingerprint(other.experiment))
  }

  @Test func printShowsPartsInTheirOrder() throws {
    var lab = try smallLab()
    _ = try lab.execute("next")
    let tensor = try #require(lab.experiment.tensor(named: "layer1.weight")?.tensor)
    let row = try lab.execute("print layer1.weight[1,0..2]")
    #expect(row.numbers.map { Float($0.value) } == (0...2).map { tensor[1, $0] })
    let column = try lab.execute("print W1[:,4]")
    #expect(column.numbers.map { Float($0.value) } == (0...1).map { tensor[$0, 4] })
    let whole = try lab.execute("print W1")
    #expect(whole.text.contains("2×6"))
    #expect(try #require(whole["maximum"]) == Double(tensor.elements.max() ?? 0))
  }

  @Test func theDescentOfAFunctionIsALearnerLikeOthers() throws {
    var lab = try lab("minimize x^2 + y^2 --start 1,-1", "set rate 0.25", "next 3")
    #expect(try lab.execute("print p[0]")["p[0]"] == 0.125)
    _ = try lab.execute("back 1")
    #expect(try lab.execute("print p[0]")["p[0]"] == 0.25)
    _ = try lab.execute("run until gradient norm < 0.001")
    _ = try lab.execute("expect loss < 0.001")
    _ = try lab.execute("new")
    #expect(!lab.experiment.isReady)
  }
}
