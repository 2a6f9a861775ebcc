"""Pictures in, batches out: sources, the one decoder, splits, augmentation; no engine is loaded."""

from resnets.data.augment import Augment as Augment
from resnets.data.batches import Batches as Batches
from resnets.data.batches import Pictures as Pictures
from resnets.data.decode import FORMATS as FORMATS
from resnets.data.decode import Header as Header
from resnets.data.decode import Limits as Limits
from resnets.data.feed import Feed as Feed
from resnets.data.folders import pictures_in as pictures_in
from resnets.data.folders import read_file as read_file
from resnets.data.layout import SPLITS as SPLITS
from resnets.data.preprocess import Preprocess as Preprocess
from resnets.data.preprocess import choose_preprocess as choose_preprocess
from resnets.data.preprocess import cropped_away as cropped_away
from resnets.data.preprocess import prepare_picture as prepare_picture
from resnets.data.record import make_record as make_record
from resnets.data.record import reopen as reopen
from resnets.data.sources import Source as Source
from resnets.data.sources import open_source as open_source
from resnets.data.splits import Split as Split
from resnets.data.splits import check_bad as check_bad
from resnets.data.splits import check_source as check_source
from resnets.data.splits import make_split as make_split
from resnets.data.survey import BadPicture as BadPicture
from resnets.data.survey import Survey as Survey
from resnets.data.survey import copies as copies
from resnets.data.survey import make_survey as make_survey
